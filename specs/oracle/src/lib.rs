//! Judges a recorded history against the promises of consumer offset tracking
