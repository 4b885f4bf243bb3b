//! The reference broker core: log, offsets topic and group coordinator put together, without threads, sockets or a clock
