//! Tables for a terminal: columns aligned, the last one as long as it likes.

/// Lines of `rows` under `head`, numbers to the right; ends with a line break.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let head = head.map(str::to_string);
    std::iter::once(&head).chain(rows).map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
        let number = cell.starts_with(|first: char| first.is_ascii_digit());
        text += &if number { format!("{blanks}{cell}  ") } else { format!("{cell}{blanks}  ") };
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_should_be_aligned_and_lines_end_where_their_text_does() {
        let rows = [["a".into(), "7".into()], ["longer".into(), "12".into()]];
        assert_eq!(table(["name", "ms"], &rows), "name    ms\na        7\nlonger  12\n");
    }
}
