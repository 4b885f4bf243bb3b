//! The judgement as a reader wants it: the verdict first, then why, then the figures.

use std::fmt::{self, Display};

use plimsoll_promises::Fault;

use crate::{Finding, Report, Verdict, figures::Figures};

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}{}", self.verdict, self.file, self.in_short())?;
        for finding in &self.findings {
            writeln!(f)?;
            write_finding(f, finding)?;
        }
        writeln!(f)?;
        write_figures(f, self)?;
        if !self.not_judged.is_empty() {
            writeln!(f, "\n  not judged")?;
        }
        for note in &self.not_judged {
            let promises: Vec<_> = note.promises.iter().map(|p| p.code()).collect();
            writeln!(
                f,
                "    {:<12} {} ({})",
                promises.join(" "),
                note.why,
                note.count
            )?;
        }
        for (kind, count) in &self.unknown_f {
            writeln!(f, "    lines of the unknown kind \"{kind}\" ({count})")?;
        }
        Ok(())
    }
}

impl Report {
    /// The broken promises in half a line.
    fn in_short(&self) -> String {
        if self.verdict == Verdict::Unknown {
            let why = self.not_judged.first().map_or("", |note| &note.why);
            return format!(": {why}");
        }
        let mut description: Vec<(String, u64)> = Vec::new();
        for finding in &self.findings {
            let what = format!("{} ({})", finding.promise, class(finding.class));
            match description.iter_mut().find(|(known, _)| *known == what) {
                Some((_, count)) => *count += 1,
                None => description.push((what, 1)),
            }
        }
        if description.is_empty() {
            return String::new();
        }
        let description: Vec<_> = description
            .into_iter()
            .map(|(what, count)| match count {
                1 => what,
                _ => format!("{what} on {count} partitions"),
            })
            .collect();
        format!(": breaks {}", description.join(", "))
    }
}

fn class(fault: Fault) -> &'static str {
    match fault {
        Fault::Broker => "broker",
        Fault::Client => "client",
    }
}

fn write_finding(f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
    let group = finding
        .group
        .as_deref()
        .map(|group| format!(", group {group}"));
    writeln!(
        f,
        "  {}  {}/{}{}: the {}'s fault, line {}{}",
        finding.promise,
        finding.topic,
        finding.partition,
        group.unwrap_or_default(),
        class(finding.class),
        finding.line,
        match finding.times {
            1 => String::new(),
            times => format!(", {times} times"),
        }
    )?;
    writeln!(f, "    promised  {}", finding.sentence)?;
    writeln!(f, "    seen      {}", finding.seen)?;
    writeln!(f, "    so        {}", finding.why)?;
    for note in &finding.notes {
        writeln!(f, "    note      {note}")?;
    }
    let start = finding.window.first().map_or(0, |fact| fact.t);
    for fact in &finding.window {
        let ms = fact.t.saturating_sub(start) as f64 / 1e6;
        writeln!(f, "    {:>9}  +{ms:>10.3} ms  {}", fact.line, fact.says)?;
    }
    Ok(())
}

fn write_figures(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let Figures {
        records,
        distinct,
        processed,
        replayed,
        tenures,
        e,
        u,
        z,
        longest_replay,
        refused_commits,
        unknown_commits,
        commits_lost,
        skipped,
        exposed,
        longest_exposed_ns: _,
        passed_on_purpose,
    } = &report.totals;
    let claim = match report.claim {
        Some(claim) => format!("claimed U {}, Z {}", claim.u, claim.z),
        None => "no claim".to_owned(),
    };
    writeln!(
        f,
        "  {} events, {records} records; processed {} ({} distinct, {} replayed)",
        report.events,
        description(*processed),
        description(*distinct),
        description(*replayed)
    )?;
    writeln!(
        f,
        "  {} tenures; E {}, U {}, Z {} ({claim}); longest replay {}",
        description(*tenures),
        description(*e),
        description(*u),
        description(*z),
        description(*longest_replay)
    )?;
    writeln!(
        f,
        "  commits: {refused_commits} refused, {unknown_commits} unknown, {commits_lost} lost; \
         records: {} exposed, {} skipped, {} passed over on purpose",
        description(*exposed),
        description(*skipped),
        description(*passed_on_purpose)
    )?;
    writeln!(f, "  held at most {} items", report.held_peak)
}

fn description(figure: Option<u64>) -> String {
    figure.map_or_else(|| "?".to_owned(), |figure| figure.to_string())
}
