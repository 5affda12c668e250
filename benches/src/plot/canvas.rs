//! What all plots share: how they are written to files, text, numbers.

use anyhow::{anyhow, Result};
use plotters::{
    coord::Shift,
    prelude::*,
    style::{register_font, FontStyle},
};
use std::path::Path;

const FONT: &str = "sans-serif";

/// What can be drawn with any backend of the library.
pub trait Plot {
    /// Width and height, in pixels.
    fn size(&self) -> (u32, u32);

    /// Draw everything.
    ///
    /// # Errors
    /// If the backend fails.
    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<()>
    where
        B::ErrorType: 'static;
}

/// Write the plot to `path.svg` and `path.png`.
///
/// # Errors
/// If drawing or writing fails.
pub fn write_plot(plot: &impl Plot, path: &Path) -> Result<()> {
    register_font(FONT, FontStyle::Normal, dejavu::sans::regular())
        .map_err(|_| anyhow!("the font cannot be read"))?;
    draw_with(SVGBackend::new(&path.with_extension("svg"), plot.size()), plot)?;
    draw_with(BitMapBackend::new(&path.with_extension("png"), plot.size()), plot)
}

fn draw_with<B: DrawingBackend>(backend: B, plot: &impl Plot) -> Result<()>
where
    B::ErrorType: 'static,
{
    let root = backend.into_drawing_area();
    plot.draw(&root)?;
    root.present().map_err(failed)
}

pub(super) fn failed<E: std::fmt::Display>(error: E) -> anyhow::Error {
    anyhow!("drawing failed: {error}")
}

pub(super) fn text(size: u32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&BLACK)
}

/// A number of an axis, as short as it can be said.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 1e6 => format!("{} M", value / 1e6),
        v if v >= 1e4 => format!("{} k", value / 1e3),
        _ => format!("{value}"),
    }
}
