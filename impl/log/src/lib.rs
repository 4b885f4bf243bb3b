//! A partition's log: Kafka's record batch format v2, append, read, recovery after a torn tail
