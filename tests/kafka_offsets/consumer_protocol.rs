//! What consumers put into a group's metadata, which brokers never look into but the dump tool does.

use serde_json::{Value, json};

use crate::dump::base64;

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take(&mut self, length: usize) -> &[u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn int16(&mut self) -> i16 {
        i16::from_be_bytes(self.take(2).try_into().expect("two bytes"))
    }

    fn int32(&mut self) -> i32 {
        i32::from_be_bytes(self.take(4).try_into().expect("four bytes"))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.int16()).ok()?;
        Some(String::from_utf8(self.take(length).to_vec()).expect("UTF-8"))
    }

    fn bytes(&mut self) -> Option<String> {
        let length = usize::try_from(self.int32()).ok()?;
        Some(base64(self.take(length)))
    }

    fn each(&mut self, mut one: impl FnMut(&mut Self) -> Value) -> Value {
        (0..self.int32()).map(|_| one(self)).collect()
    }

    fn partitions(&mut self) -> Value {
        self.each(|fields| json!({"topic": fields.text(), "partitions": fields.each(|f| f.int32().into())}))
    }
}

/// A subscription, version 3, as all clients of this topic wrote it.
pub(crate) fn subscription(bytes: &[u8]) -> Value {
    let mut fields = Fields(bytes);
    assert_eq!(fields.int16(), 3);
    let topics = fields.each(|fields| fields.text().into());
    let user_data = fields.bytes();
    let (owned, generation) = (fields.partitions(), fields.int32());
    json!({
        "topics": topics,
        "userData": user_data,
        "ownedPartitions": owned,
        "generationId": generation,
        "rackId": fields.text(),
    })
}

/// An assignment, version 0.
pub(crate) fn assignment(bytes: &[u8]) -> Value {
    let mut fields = Fields(bytes);
    assert_eq!(fields.int16(), 0);
    let assigned = fields.partitions();
    json!({"assignedPartitions": assigned, "userData": fields.bytes()})
}
