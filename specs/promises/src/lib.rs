//! What consumer offset tracking promises: each promise once, as an automaton over what clients see or an invariant over a view
