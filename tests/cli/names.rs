//! Names that do not exist: what may have been meant.

use plimsoll_cli::Exit;

use crate::plimsoll;

#[test]
fn an_unknown_name_is_answered_with_the_closest() {
    let asked: [(&[&str], &str); 5] = [
        (&["check", "--mutant", "C-2O"], "'C-20'"),
        (&["check", "--mutant", "lack"], "'L-ack'"),
        (
            &["check", "--mutant", "C-20", "--promise", "S3log"],
            "'S3-log'",
        ),
        (
            &["check", "--mutant", "C-20", "--system", "desing"],
            "'design'",
        ),
        (&["check", "--system", "cod"], "'code'"),
    ];
    for (args, description) in &asked {
        let called = plimsoll(args);
        assert_eq!(called.exit, Exit::Usage, "{args:?}");
        assert!(called.err.contains("did you mean"), "{}", called.err);
        assert!(called.err.contains(description), "{}", called.err);
        assert!(called.out.is_empty());
    }
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    for args in [
        &[][..],
        &["chekc"],
        &["judge"],
        &["check", "--promise", "D1"],
        &["check", "--json", "--mutant", "C-20"],
        &["check", "--max-states", "many"],
    ] {
        let called = plimsoll(args);
        assert_eq!(called.exit, Exit::Usage, "{args:?}");
        assert!(!called.err.is_empty() && called.out.is_empty(), "{args:?}");
    }
}

#[test]
fn help_tells_the_exit_codes() {
    for args in [
        &["--help"][..],
        &["check", "--help"],
        &["judge", "--help"],
        &["replay", "--help"],
    ] {
        let called = plimsoll(args);
        assert_eq!(called.exit, Exit::Kept);
        assert!(
            called.out.contains("Exit codes:") && called.out.contains("66"),
            "{}",
            called.out
        );
    }
}

/// Made from the definition itself: every command is in every script, and has its page.
#[test]
fn completions_and_manual_pages_name_every_command() {
    let commands = [
        "check",
        "mutants",
        "replay",
        "judge",
        "offsets",
        "log",
        "table",
        "completions",
        "man",
    ];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let called = plimsoll(&["completions", shell]);
        assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
        for command in commands {
            assert!(called.out.contains(command), "{shell}: {command}");
        }
        assert!(called.out.contains("records"), "{shell}: --records of log");
    }
    assert_eq!(plimsoll(&["completions", "csh"]).exit, Exit::Usage);
    let called = plimsoll(&["man"]);
    assert_eq!((called.exit, &*called.err), (Exit::Kept, ""));
    assert_eq!(called.out.matches(".SH NAME").count(), 1 + commands.len());
    assert!(called.out.contains("Exit codes"), "{}", called.out);
}
