//! The abstract machine that consumer offset tracking is checked against: offsets log, coordinator, group and consumers
