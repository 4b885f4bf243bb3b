//! `plimsoll completions` and `plimsoll man`: made from the command line's own definition, so that they cannot be behind it.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{Exit, args::Args, output::Output};

pub(crate) fn completions(shell: Shell, output: &mut Output<'_>) -> Exit {
    let (mut command, mut script) = (Args::command(), Vec::new());
    clap_complete::generate(shell, &mut command, "plimsoll", &mut script);
    output.say(&String::from_utf8_lossy(&script));
    Exit::Kept
}

/// The page of the program, and one of each command behind it.
pub(crate) fn man(output: &mut Output<'_>) -> Exit {
    let mut command = Args::command();
    command.build();
    let mut pages = vec![command.clone()];
    pages.extend(
        command
            .get_subcommands()
            .filter(|it| it.get_name() != "help")
            .cloned(),
    );
    for page in pages {
        let mut text = Vec::new();
        if let Err(error) = clap_mangen::Man::new(page).render(&mut text) {
            output.complain(&format!("error: the page cannot be made: {error}\n"));
            return Exit::CannotWrite;
        }
        output.say(&String::from_utf8_lossy(&text));
    }
    Exit::Kept
}
