//! How tables for people look.

use comfy_table::{presets, CellAlignment, ContentArrangement, Table};

/// An empty table with this header.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    table
}

/// An empty table without a header and without lines.
pub(super) fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// Let these columns end below each other, as numbers do.
pub(super) fn right_aligned(table: &mut Table, columns: impl IntoIterator<Item = usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A number with as many decimals, or a dash.
pub(super) fn decimals(number: Option<f64>, places: usize) -> String {
    number.map(|number| format!("{number:.places$}")).unwrap_or_else(|| "-".into())
}
