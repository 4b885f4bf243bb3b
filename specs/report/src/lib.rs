//! Counterexamples as stories, sequence diagrams and traces; verdicts as tables, JSON lines
