//! The offsets topic: key and value formats, routing, and the cache that is rebuilt by replay
