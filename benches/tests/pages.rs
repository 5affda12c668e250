//! The tables of the pages are those of the published files: whoever writes one by hand, or forgets
//! to run the program, is told.

use std::{fs, path::Path};
use waggle_evidence::{output::Output, page, pages::PAGES};

/// The most columns of a table that a reader takes in; the CSV file has the rest.
const MOST_COLUMNS: usize = 7;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn pages_should_hold_what_the_files_say() {
    let output = Output::into(&folder().join("output")).unwrap();
    for page in PAGES {
        let name = page.file;
        let written = fs::read_to_string(folder().join("../docs").join(name)).unwrap();
        for (table, of) in page.tables {
            let of = of(&output).unwrap_or_else(|error| panic!("{table} of {name}: {error:#}"));
            assert!(of.contains('\n'), "{table} of {name} is empty");
            assert!(
                written.contains(&format!("<!-- {table} -->\n{of}<!-- /{table} -->")),
                "{table} of {name}"
            );
        }
        assert_eq!(page::filled(written.clone(), &output, page.tables), written, "{name}");
    }
}

#[test]
fn tables_should_be_narrow_enough_to_be_read() {
    for page in PAGES {
        let text = fs::read_to_string(folder().join("../docs").join(page.file)).unwrap();
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let columns = line.matches('|').count() - 1;
            assert!(columns <= MOST_COLUMNS, "{}: {columns} columns: {line}", page.file);
        }
    }
}
