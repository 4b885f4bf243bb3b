//! Recorded histories of consumer groups: the format, a streaming reader and its errors
