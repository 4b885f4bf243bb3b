//! Second half of a pass: what is left of a group of segments is written, and takes their place.

use std::sync::Arc;

use plimsoll_disk::Disk;

use super::group::Group;
use super::output::Output;
use super::retain::{Rule, Verdict};
use super::swap;
use crate::mutant::mutant;
use crate::reader::CHUNK_BYTES;
use crate::recovery::{RESTART, is_of_names};
use crate::{Batch, BatchError, Damage, Log, LogError, ReadError, Segment};

impl Log {
    /// Writes what is left of a group next to it, and syncs it; none if everything stays as it is.
    pub(super) fn write_output(
        &mut self,
        disk: &mut impl Disk,
        group: Group,
        rule: &mut Rule<'_>,
    ) -> Result<Option<Segment>, LogError> {
        let sources = &self.closed[group];
        let Some(first) = sources.first() else {
            return Ok(None);
        };
        let mut output = Output::new(sources, first, &self.config);
        let end = sources.last().map_or(0, |last| last.end_offset);
        let written = sources
            .iter()
            .try_for_each(|source| copy(disk, source, end, rule, &mut output));
        let unfinished = format!("{}{}", first.path, swap::CLEANED);
        if let Err(error) = written {
            // If it cannot be removed either, the next pass writes over it, and an opening removes it.
            let _ = swap::remove_if_there(disk, &unfinished);
            return Err(super::by_cause(error));
        }
        let Some((segment, path)) = output.finish() else {
            return Ok(None);
        };
        match disk.sync(&path) {
            Ok(()) => Ok(Some(segment)),
            Err(error) => Err(self.sync_failed(disk, error)),
        }
    }

    /// The output takes the place of the group. Whatever fails in between leaves open which of them counts, so that
    /// the log stops; recovery knows.
    pub(super) fn swap_in(
        &mut self,
        disk: &mut impl Disk,
        group: Group,
        output: Segment,
    ) -> Result<(), LogError> {
        let swapped = self.swap_by_marker(disk, group, output);
        if let Err(error) = &swapped {
            self.stop_unsynced(disk, error);
            // Nobody who opens the log next can see which removals the disk may never get.
            if let LogError::Disk(cause) = error
                && is_of_names(cause, &self.directory)
            {
                self.stopped = Some(format!("{error}; {RESTART}").into());
            }
        }
        swapped
    }

    fn swap_by_marker(
        &mut self,
        disk: &mut impl Disk,
        group: Group,
        output: Segment,
    ) -> Result<(), LogError> {
        let (directory, file) = (self.directory.clone(), output.path.clone());
        if mutant!(self.config, swap: Swap::InPlace) {
            for segment in self.replace(group, output) {
                swap::remove(disk, &segment.path)?;
            }
            disk.rename(&format!("{file}{}", swap::CLEANED), &file)?;
            return self.write_checkpoint(disk);
        }
        swap::commit(disk, &directory, &file)?;
        let replaced = self.replace(group, output);
        for segment in &replaced[1..] {
            swap::remove(disk, &segment.path)?;
        }
        // The removals become durable with it.
        self.write_checkpoint(disk)?;
        Ok(swap::settle(disk, &directory, &file)?)
    }

    /// Replaces the group in memory; gives what was there.
    fn replace(&mut self, group: Group, output: Segment) -> Vec<Segment> {
        let closed = Arc::make_mut(&mut self.closed);
        closed.splice(group, [output]).collect()
    }
}

/// Copies what is left of a segment.
fn copy(
    disk: &mut impl Disk,
    source: &Segment,
    end: i64,
    rule: &mut Rule<'_>,
    output: &mut Output<'_>,
) -> Result<(), ReadError> {
    let mut position = 0;
    let mut expected = source.base_offset;
    while position < source.bytes {
        let mut reader = source.batches(disk, position, CHUNK_BYTES);
        while !output.is_full() {
            let wrong = |reason: Damage| source.damaged(expected, position, reason);
            let found = match reader.next()? {
                None => break,
                Some(Err(reason)) => return Err(wrong(reason.into())),
                Some(Ok(found)) => found,
            };
            source.check_place(&found.header, expected).map_err(wrong)?;
            let unread = |reason: BatchError| wrong(reason.into());
            let batch = Batch::parse(found.bytes).map_err(unread)?;
            let last = batch.header().last_offset();
            match rule.judge(&batch, last + 1 == end).map_err(unread)? {
                Verdict::Keep => output.push(&batch, true),
                Verdict::Replace(left) => output.push(&left, false),
                Verdict::Drop => output.leave_out(),
            }
            expected = last + 1;
            position = reader.position();
        }
        output.flush(disk)?;
    }
    match expected == source.end_offset {
        true => Ok(()),
        false => Err(source.damaged(
            expected,
            source.bytes,
            Damage::NextSegment {
                end: expected,
                next: source.end_offset,
            },
        )),
    }
}
