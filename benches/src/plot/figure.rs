//! Panels of lines over categories, with one legend.

use super::{
    canvas::{failed, short, text, Plot},
    look::Look,
};
use anyhow::Result;
use plotters::{coord::Shift, prelude::*, style::text_anchor::*};

/// A line of a panel.
#[derive(Clone, Debug)]
pub struct Series {
    /// In the legend. Series of the same name look alike in all panels.
    pub name: String,
    /// Number of the category, value, half-width of its confidence interval.
    pub points: Vec<(f64, f64, f64)>,
    /// Whether the points are joined.
    pub joined: bool,
}

/// One chart of a figure.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Above the chart.
    pub title: String,
    /// With its unit.
    pub x_label: String,
    /// With its unit.
    pub y_label: String,
    /// Names of the numbers 0, 1, 2, … on the x axis.
    pub categories: Vec<String>,
    /// From, to. Powers of ten if `log`.
    pub y_range: (f64, f64),
    /// Whether values are decimal logarithms.
    pub log: bool,
    /// The lines.
    pub series: Vec<Series>,
}

/// A page of panels with one legend.
#[derive(Clone, Debug)]
pub struct Figure {
    /// On top.
    pub title: String,
    /// Panels side by side.
    pub columns: usize,
    /// The charts. The legend takes the place after the last one if the grid has one, a strip
    /// below otherwise.
    pub panels: Vec<Panel>,
}

/// Height of a line of the legend, in pixels.
const LEGEND_ROW: u32 = 22;

impl Figure {
    /// Of all series, each once.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            if !names.contains(&series.name.as_str()) {
                names.push(&series.name);
            }
        }
        names
    }

    /// Height of the strip below the panels that the legend takes if the grid has no free cell.
    fn legend_strip(&self) -> u32 {
        if !self.panels.len().is_multiple_of(self.columns) {
            return 0;
        }
        let per_row = (self.columns * 2).max(1);
        self.names().len().div_ceil(per_row) as u32 * LEGEND_ROW + 14
    }
}

impl Plot for Figure {
    fn size(&self) -> (u32, u32) {
        let rows = self.panels.len().div_ceil(self.columns);
        (self.columns as u32 * 430 + 20, rows as u32 * 330 + 60 + self.legend_strip())
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<()>
    where
        B::ErrorType: 'static,
    {
        root.fill(&WHITE).map_err(failed)?;
        let (width, _) = root.dim_in_pixel();
        let title = text(19).pos(Pos::new(HPos::Center, VPos::Top));
        root.draw(&Text::new(self.title.clone(), (width as i32 / 2, 10), title)).map_err(failed)?;
        let names = self.names();
        let cells = root.margin(40, 10, 10, 10);
        let (strip_width, height) = cells.dim_in_pixel();
        let (cells, strip) = cells.split_vertically(height - self.legend_strip());
        let rows = self.panels.len().div_ceil(self.columns);
        let cells = cells.split_evenly((rows, self.columns));
        for (panel, cell) in self.panels.iter().zip(&cells) {
            draw_panel(panel, &names, cell, root)?;
        }
        let (area, per_row, column_width) = match cells.get(self.panels.len()) {
            Some(cell) => (cell, 1, 0),
            None => (&strip, self.columns * 2, strip_width as i32 / (self.columns as i32 * 2)),
        };
        let (x_range, y_range) = area.get_pixel_range();
        for (i, name) in names.iter().enumerate() {
            let x = x_range.start + 30 + (i % per_row) as i32 * column_width;
            let y = y_range.start + 20 + (i / per_row) as i32 * LEGEND_ROW as i32;
            let look = Look::of(i);
            look.line(root, &[(x, y), (x + 36, y)])?;
            look.marker(root, (x + 18, y))?;
            let label = text(14).pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new((*name).to_owned(), (x + 44, y), label)).map_err(failed)?;
        }
        Ok(())
    }
}

fn draw_panel<B: DrawingBackend>(
    panel: &Panel,
    names: &[&str],
    cell: &DrawingArea<B, Shift>,
    root: &DrawingArea<B, Shift>,
) -> Result<()>
where
    B::ErrorType: 'static,
{
    let last = panel.categories.len().saturating_sub(1) as f64;
    let mut chart = ChartBuilder::on(cell)
        .margin(8)
        .caption(&panel.title, text(15))
        .x_label_area_size(42)
        .y_label_area_size(58)
        .build_cartesian_2d(-0.3..last + 0.3, panel.y_range.0..panel.y_range.1)
        .map_err(failed)?;
    let log = panel.log;
    let value_of = move |y: &f64| match log {
        true if (y - y.round()).abs() < 0.01 => short(10f64.powi(y.round() as i32)),
        true => String::new(),
        false => short((y * 1e6).round() / 1e6),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(215, 215, 215))
        .x_labels(0)
        .y_labels(if panel.log { 8 } else { 6 })
        .y_label_formatter(&value_of)
        .y_desc(&panel.y_label)
        .label_style(text(12))
        .axis_desc_style(text(13))
        .draw()
        .map_err(failed)?;
    // The categories, written by hand: the library chooses ticks of its own, which fall between
    // them.
    let bottom = panel.y_range.0;
    let tick = text(12).pos(Pos::new(HPos::Center, VPos::Top));
    for (number, name) in panel.categories.iter().enumerate() {
        let (x, y) = chart.backend_coord(&(number as f64, bottom));
        root.draw(&PathElement::new([(x, y), (x, y + 4)], BLACK)).map_err(failed)?;
        root.draw(&Text::new(name.clone(), (x, y + 7), tick.clone())).map_err(failed)?;
    }
    let (x, y) = chart.backend_coord(&(last / 2.0, bottom));
    let label = text(13).pos(Pos::new(HPos::Center, VPos::Top));
    root.draw(&Text::new(panel.x_label.clone(), (x, y + 23), label)).map_err(failed)?;

    for series in &panel.series {
        let look = Look::of(names.iter().position(|name| *name == series.name).unwrap_or(0));
        let inside = |y: f64| y.clamp(panel.y_range.0, panel.y_range.1);
        let at = |x: f64, y: f64| chart.backend_coord(&(x, inside(y)));
        let pixels: Vec<(i32, i32)> = series.points.iter().map(|(x, y, _)| at(*x, *y)).collect();
        for (x, y, half_width) in series.points.iter().filter(|point| point.2 > 0.0) {
            let thin = ShapeStyle { color: look.color.mix(0.7), filled: false, stroke_width: 1 };
            let bar = [at(*x, y - half_width), at(*x, y + half_width)];
            root.draw(&PathElement::new(bar, thin)).map_err(failed)?;
        }
        if series.joined {
            look.line(root, &pixels)?;
        }
        for pixel in pixels {
            look.marker(root, pixel)?;
        }
    }
    Ok(())
}
