//! The reference group coordinator: a sans-IO state machine of the classic consumer group protocol
