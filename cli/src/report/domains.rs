//! Domains as a table for people.

use super::{
    layout::{right_aligned, table},
    text::cell,
};
use waggle_client::{amount::Amount, types::kind, Domain};

/// Longest title, and longest description, in the table.
const WIDTHS: (usize, usize) = (32, 60);

/// Domains, one line each.
pub fn print_domains(domains: &[Domain]) -> String {
    let mut table = table(&[
        "domain",
        "title",
        "questions",
        "members",
        "on roster",
        "pool (WAG)",
        "description",
    ]);
    for domain in domains {
        table.add_row([
            domain.id.to_string(),
            cell(&String::from_utf8_lossy(&domain.title), WIDTHS.0),
            kind(domain.question).into(),
            domain.members.to_string(),
            domain.on_roster.to_string(),
            domain.pool.map_or(String::new(), |pool| Amount(pool.balance).to_string()),
            cell(&String::from_utf8_lossy(&domain.description), WIDTHS.1),
        ]);
    }
    right_aligned(&mut table, [0, 3, 4, 5]);
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::examples;
    use waggle_primitives::choice::Question;

    #[test]
    fn domains_should_be_shown_one_a_line() {
        let mut hostile = examples::domain(4, Question::Open);
        hostile.title = b"\x1b[31mVerses\nand more".to_vec();
        let shown = print_domains(&[examples::domain(3, Question::Closed), hostile]);
        let line = |start: &str| {
            let found = shown.lines().find(|line| line.contains(start));
            found.unwrap_or_else(|| panic!("{start} is missing:\n{shown}"))
        };
        assert!(line(" 3 ").contains("closed") && line(" 3 ").contains("Poems of four lines."));
        assert!(line(" 4 ").contains("open") && line(" 4 ").contains("\\nand more"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "a title cannot act on the terminal");
    }
}
