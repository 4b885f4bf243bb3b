//! The log's world, for stories to be told of. Which events make sense does not depend on a model of the log, and what a
//! crash leaves only the disk can tell.

use plimsoll_tests::story::{self, Wrong};
use proptest::prelude::*;

use crate::op::{self, Op};
use crate::setup::Setup;
use crate::world::World;

impl story::World for World {
    type Setup = Setup;
    type Op = Op;

    fn setups() -> BoxedStrategy<Setup> {
        Setup::any().boxed()
    }

    fn ops() -> BoxedStrategy<Op> {
        op::op().boxed()
    }

    fn new(setup: &Setup) -> Result<World, Wrong> {
        World::begin(*setup)
    }

    fn step(&mut self, op: &Op) -> Result<(), Wrong> {
        self.take(op)
    }
}
