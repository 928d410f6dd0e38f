//! The letters of a text and of the page that it is read as, to see that none is lost. Tests here and of the readers have this file.

use super::Page;

/// How often each ASCII letter and digit occurs.
pub fn letters<'a>(texts: impl IntoIterator<Item = &'a str>) -> [usize; 128] {
    let mut counts = [0; 128];
    for byte in texts.into_iter().flat_map(str::bytes).filter(u8::is_ascii_alphanumeric) {
        counts[usize::from(byte)] += 1;
    }
    counts
}

/// All that a page says once: what spans repeat is left out.
pub fn said(page: &Page) -> Vec<&str> {
    let mut texts: Vec<&str> = page.loose.iter().map(|line| line.text.as_str()).collect();
    for table in &page.tables {
        texts.extend(table.heading.iter().chain(&table.header).map(|line| line.text.as_str()));
        for cell in table.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.from_above) {
            texts.push(&cell.text);
            texts.extend(cell.notes.iter().map(String::as_str));
        }
    }
    texts
}
