//! What a trace may ask for at most.

/// Whether no bound is greater than it may be: each with its name, its value, and the greatest that is allowed.
///
/// # Errors
/// The first that is.
pub fn at_most(bounds: &[(&str, u16, u16)]) -> Result<(), String> {
    match bounds.iter().find(|(_, bound, most)| bound > most) {
        None => Ok(()),
        Some((name, bound, most)) => Err(format!(
            "`bounds.{name}` is {bound}, which is more than a trace may ask for; give at most {most}"
        )),
    }
}
