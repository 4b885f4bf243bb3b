//! What happened in an execution, line by line: what a failing one is told with.
//!
//! The explorers' threads are coroutines on one thread of the system, so that its own memory is theirs, too.

use std::cell::RefCell;

thread_local! {
    static STORY: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Another execution begins.
pub fn begin() {
    STORY.with_borrow_mut(Vec::clear);
}

/// This happens now.
pub fn tell(line: impl Into<String>) {
    STORY.with_borrow_mut(|story| story.push(line.into()));
}

/// All that has happened since the execution began.
pub fn so_far() -> Vec<String> {
    STORY.with_borrow(Clone::clone)
}
