//! Storage behind a small trait: real files with fsync, and a simulated disk that knows written from synced
