//! The tables of the pages are those of the published files: whoever writes one by hand, or forgets
//! to run the program, is told.

use std::{fs, path::Path};
use waggle_evidence::{attacks, experiments, grading, latency, output::Output, page};

#[test]
fn pages_should_hold_what_the_files_say() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Output::into(&here.join("output")).unwrap();
    for (name, tables) in [
        ("evidence.md", experiments::tables::TABLES),
        ("grading.md", grading::tables::TABLES),
        ("attacks.md", attacks::tables::TABLES),
        ("performance.md", latency::TABLES),
    ] {
        let written = fs::read_to_string(here.join("../docs").join(name)).unwrap();
        for (table, of) in tables {
            let of = of(&output).unwrap_or_else(|error| panic!("{table} of {name}: {error:#}"));
            assert!(of.contains('\n'), "{table} of {name} is empty");
            assert!(
                written.contains(&format!("<!-- {table} -->\n{of}<!-- /{table} -->")),
                "{table} of {name}"
            );
        }
        assert_eq!(page::filled(written.clone(), &output, tables), written, "{name}");
    }
}
