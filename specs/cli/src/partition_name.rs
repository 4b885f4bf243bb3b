//! The name of a partition's directory: topic, number, and the mark that Kafka gives it (`UnifiedLog.logDeleteDirName`,
//! `logFutureDirName`, `logStrayDirName`).

use std::path::Path;

use plimsoll_report::log::Mark;

/// What the name of a partition's directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartitionName {
    pub(crate) topic: String,
    pub(crate) number: u32,
    pub(crate) mark: Option<Mark>,
}

impl PartitionName {
    /// None if it is not the name of a partition's directory.
    pub(crate) fn of(directory: &Path) -> Option<PartitionName> {
        let name = directory.file_name()?.to_str()?;
        for mark in [Mark::Delete, Mark::Future, Mark::Stray] {
            let unmarked = name.strip_suffix(mark.suffix());
            // A mark comes with an id, so that the name can be given again.
            if let Some((partition, id)) = unmarked.and_then(|it| it.rsplit_once('.'))
                && !id.is_empty()
            {
                return PartitionName::parse(partition, Some(mark));
            }
        }
        PartitionName::parse(name, None)
    }

    fn parse(name: &str, mark: Option<Mark>) -> Option<PartitionName> {
        let (topic, number) = name.rsplit_once('-')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        Some(PartitionName {
            topic: topic.to_owned(),
            number: number.parse().ok().filter(|_| is_number)?,
            mark,
        })
        .filter(|it| !it.topic.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_marks() {
        let of = |name: &str| {
            let found = PartitionName::of(Path::new(name))?;
            Some((found.topic, found.number, found.mark))
        };
        let id = "c6a1b2c3d4e5f60718293a4b5c6d7e8f";
        for (name, topic, number, mark) in [
            ("orders-0".to_owned(), "orders", 0, None),
            ("a.b-c-12".to_owned(), "a.b-c", 12, None),
            (
                format!("orders-0.{id}-delete"),
                "orders",
                0,
                Some(Mark::Delete),
            ),
            (format!("a.b-3.{id}-future"), "a.b", 3, Some(Mark::Future)),
            (format!("a-b-3.{id}-stray"), "a-b", 3, Some(Mark::Stray)),
            // A topic may be called so.
            ("to-delete-4".to_owned(), "to-delete", 4, None),
        ] {
            assert_eq!(of(&name), Some((topic.to_owned(), number, mark)), "{name}");
        }
        for name in [
            "orders",
            "-0",
            "orders-",
            "orders-x",
            "orders-+1",
            "orders-0-delete",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
