//! Small things that every text needs.

/// The width to which texts are wrapped.
pub(crate) const WIDTH: usize = 110;

pub(crate) use plimsoll_explore::text::listed;
pub use plimsoll_explore::text::{counted, grouped};

/// Names most like `wanted`, the best first: what somebody may have meant.
pub fn closest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let likeness =
        |name: &str| strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase());
    let mut names: Vec<_> = known
        .into_iter()
        .map(|name| (likeness(name), name))
        .collect();
    names.retain(|(likeness, _)| *likeness >= 0.5);
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Nothing is called that; what may have been meant, and what there is.
pub fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    let quoted = |name: &str| format!("'{name}'");
    let close: Vec<_> = closest(name, known.clone())
        .into_iter()
        .map(quoted)
        .collect();
    let all: Vec<_> = known.into_iter().map(quoted).collect();
    let hint = match close.is_empty() {
        true => String::new(),
        false => format!("did you mean {}? ", close.join(" or ")),
    };
    format!(
        "no {what} is called '{name}'; {hint}There are {}",
        all.join(", ")
    )
}

/// Adds `body` after `head`, wrapped; what follows the first line is indented as far as `body` began.
pub(crate) fn put(text: &mut String, head: &str, body: &str) {
    let indent = head.chars().count();
    text.push_str(head);
    let mut column = indent;
    for (index, word) in body.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
}

/// As it is, but for what HTML would take for markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

/// As it is, but for what would disturb a terminal.
pub(crate) fn quoted(text: &str) -> String {
    let visible = |c: char| match c.is_control() {
        true => c.escape_debug().to_string(),
        false => c.to_string(),
    };
    text.chars().map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_name() {
        assert_eq!(
            closest("c-2O", ["C-20", "K-1", "L-ack"]).first(),
            Some(&"C-20")
        );
        assert!(closest("nothing alike", ["C-20", "K-1"]).is_empty());
    }

    #[test]
    fn wrapped_lines_keep_their_indent() {
        let mut text = String::new();
        put(&mut text, "  1  ", &"word ".repeat(40));
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("     word"))
        );
        assert!(text.lines().all(|line| line.len() <= WIDTH));
    }
}
