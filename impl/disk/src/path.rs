//! Relative paths: what is allowed, and a path's directory.

use crate::DiskError;

/// The file in a real disk's root that says whose it is. No disk has a file of that name for its owner.
pub(crate) const LOCK: &str = ".lock";

/// Refuses paths that could leave the root or name one entry in two ways. The root itself is the empty path.
pub(crate) fn check(path: &str) -> Result<(), DiskError> {
    let bad_part = |part: &str| {
        part.is_empty() || part == "." || part == ".." || part.contains(['\\', '\0', ':'])
    };
    if path == LOCK || !path.is_empty() && path.split('/').any(bad_part) {
        return Err(DiskError::BadPath {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// The directory that holds this entry: everything before the last `/`, the root if there is none.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// What this entry is called in its directory.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Refuses a renaming across directories: no file system makes that durable in one step.
pub(crate) fn same_directory(from: &str, to: &str) -> Result<(), DiskError> {
    if parent(from) != parent(to) {
        return Err(DiskError::BadPath {
            path: to.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_root_are_refused() {
        for bad in [
            "/etc", "a//b", "../a", "a/..", "./a", "a/", "a\\b", "c:x", ".lock",
        ] {
            assert_eq!(
                check(bad),
                Err(DiskError::BadPath {
                    path: bad.to_owned()
                }),
                "{bad}"
            );
        }
        for good in ["", "a", "orders-0/00000000000000000000.log"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_root_is_its_childrens_parent() {
        assert_eq!(
            (parent("a"), parent("a/b"), parent("a/b/c")),
            ("", "a", "a/b")
        );
    }
}
