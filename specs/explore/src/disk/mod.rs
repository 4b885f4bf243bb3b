//! The system *disk*: the real log on a simulated disk, the power cut at every operation of every short workload.
//!
//! A workload is a few steps: appends of one or two records, tombstones, retries, transactions and their markers, a roll,
//! a flush, a pass of the cleaner, time that passes, a deletion, an orderly close, a kill, a flush or an append that
//! fails. Before its first operation on the disk, after its last, and between any two of them the power may fail. The
//! disk then keeps *any* combination of what was not synced: each file at any length that it had, each sector of it as
//! synced, as zeros or as written, each change of a name or not. Every disk that comes of it is recovered, the power
//! failing again after each operation of the recovery, and the log that comes out is held to every promise, and probed:
//! read at both isolation levels, opened once more, sent its last batches again, given a new one that must survive.
//!
//! Explored as states: two workloads that lead to the same engine, disk and expectation are one from there on, and a disk
//! is recovered once, however many cuts may leave it. Left out is only what changes nothing: see `workload` for steps,
//! and two cuts between which the disk did not change are one.
//!
//! | question | file |
//! |---|---|
//! | what is a workload made of? | [`step`], offered by `workload`, run by `run_step` |
//! | how are all the points found at which the power may fail? | `recorder` |
//! | what is expected after a cut? | `expect` |
//! | what is asked of a recovered log? | `recover` |
//! | what must be met? | `coverage` |
//! | what can be broken on purpose? | [`mutants`] |
//! | how is a path told? | `narrative`, in the words of `words` |

pub mod bounds;
mod coverage;
pub mod descriptor;
mod expect;
pub mod mutants;
mod narrative;
mod recorder;
mod recover;
mod run_step;
pub mod runs;
pub mod state;
pub mod step;
mod system;
mod view;
mod words;
mod workload;
mod workloads;

pub use bounds::{Begin, DiskBounds};
pub use descriptor::Disk;
pub use expect::{WrittenLog, batch};
pub use state::DiskState;
pub use step::{DiskAction, Kind, Kinds, Step};
pub use system::DiskSystem;
pub use view::RealLog;
pub use workloads::{Workloads, count_workloads};
