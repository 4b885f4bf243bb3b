//! What certainly happened.
//!
//! Uncertainty lives here and nowhere else. An operation takes effect somewhere between its invoke and its completion;
//! one whose answer is lost perhaps never, or much later. Each way in which that may have gone is a possible world, and
//! a promise is broken only if it is broken in all of them. This layer holds the worlds and closes them as evidence
//! comes: [`codes`] says what an answer proves, [`register`] which committed offsets are possible.
//!
//! The moment of an effect is never guessed. What a promise remembers makes it only stricter or only more lenient as
//! time goes on, so it is asked at the end of the window that is kindest to the system: O2 and O9 when a commit is
//! invoked, D1 when the effect became certain.

pub mod codes;
pub mod register;
