//! Plots as SVG and PNG: panels of lines over categories, and heat maps.
//!
//! The palette is Okabe and Ito's, which the colour-blind tell apart; every series also has a
//! marker and a dash of its own, and heat maps a scale that is monotonous in lightness, so that all
//! can be read in grey.

use anyhow::{anyhow, Result};
use plotters::{
    coord::Shift,
    prelude::*,
    style::{register_font, text_anchor::*, FontStyle},
};
use std::path::Path;

/// Okabe and Ito's colours, without the yellow that is too light for lines.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
];
/// Lengths of strokes and gaps, in pixels; empty is a full line.
const DASHES: [&[f64]; 4] = [&[], &[9.0, 4.0], &[3.0, 3.0], &[12.0, 3.0, 3.0, 3.0]];
const FONT: &str = "sans-serif";

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

/// A heat map with a line through it.
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// Above the chart.
    pub title: String,
    /// With its unit.
    pub x_label: String,
    /// With its unit.
    pub y_label: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Values of the rows, ascending and even.
    pub rows: Vec<f64>,
    /// `values[row][column]`.
    pub values: Vec<Vec<f64>>,
    /// By column: the value of y where the value is zero, if it is in range.
    pub zero_line: Vec<Option<f64>>,
}

/// Write `figure` to `path.svg` and `path.png`.
pub fn write_figure(figure: &Figure, path: &Path) -> Result<()> {
    let rows = figure.panels.len().div_ceil(figure.columns);
    let size = (figure.columns as u32 * 430 + 20, rows as u32 * 330 + 60 + legend_strip(figure));
    both(path, size, |svg, png| match (svg, png) {
        (Some(svg), _) => draw_figure(figure, svg),
        (_, Some(png)) => draw_figure(figure, png),
        _ => Ok(()),
    })
}

/// Write `maps`, side by side with one scale, to `path.svg` and `path.png`.
pub fn write_heat_maps(title: &str, unit: &str, maps: &[HeatMap], path: &Path) -> Result<()> {
    let size = (maps.len() as u32 * 470 + 130, 480);
    both(path, size, |svg, png| match (svg, png) {
        (Some(svg), _) => draw_heat_maps(title, unit, maps, svg),
        (_, Some(png)) => draw_heat_maps(title, unit, maps, png),
        _ => Ok(()),
    })
}

type Area<'a, B> = &'a DrawingArea<B, Shift>;

fn both(
    path: &Path,
    size: (u32, u32),
    draw: impl Fn(Option<Area<'_, SVGBackend<'_>>>, Option<Area<'_, BitMapBackend<'_>>>) -> Result<()>,
) -> Result<()> {
    register_font(FONT, FontStyle::Normal, dejavu::sans::regular())
        .map_err(|_| anyhow!("the font cannot be read"))?;
    let svg_path = path.with_extension("svg");
    let svg = SVGBackend::new(&svg_path, size).into_drawing_area();
    draw(Some(&svg), None)?;
    svg.present().map_err(failed)?;
    let png_path = path.with_extension("png");
    let png = BitMapBackend::new(&png_path, size).into_drawing_area();
    draw(None, Some(&png))?;
    png.present().map_err(failed)
}

fn failed<E: std::fmt::Display>(error: E) -> anyhow::Error {
    anyhow!("drawing failed: {error}")
}

fn names(figure: &Figure) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for series in figure.panels.iter().flat_map(|panel| &panel.series) {
        if !names.contains(&series.name.as_str()) {
            names.push(&series.name);
        }
    }
    names
}

fn has_free_cell(figure: &Figure) -> bool {
    figure.panels.len() % figure.columns != 0
}

const LEGEND_ROW: u32 = 22;

fn legend_strip(figure: &Figure) -> u32 {
    if has_free_cell(figure) {
        return 0;
    }
    let per_row = (figure.columns * 2).max(1);
    names(figure).len().div_ceil(per_row) as u32 * LEGEND_ROW + 14
}

fn text(size: u32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&BLACK)
}

fn draw_figure<B: DrawingBackend>(figure: &Figure, root: &DrawingArea<B, Shift>) -> Result<()>
where
    B::ErrorType: 'static,
{
    root.fill(&WHITE).map_err(failed)?;
    let (width, _) = root.dim_in_pixel();
    let title = text(19).pos(Pos::new(HPos::Center, VPos::Top));
    root.draw(&Text::new(figure.title.clone(), (width as i32 / 2, 10), title)).map_err(failed)?;
    let names = names(figure);
    let cells = root.margin(40, 10, 10, 10);
    let (strip_width, height) = cells.dim_in_pixel();
    let (cells, strip) = cells.split_vertically(height - legend_strip(figure));
    let rows = figure.panels.len().div_ceil(figure.columns);
    let cells = cells.split_evenly((rows, figure.columns));
    for (panel, cell) in figure.panels.iter().zip(&cells) {
        draw_panel(panel, &names, cell, root)?;
    }
    let (area, per_row, column_width) = match cells.get(figure.panels.len()) {
        Some(cell) => (cell, 1, 0),
        None => (&strip, figure.columns * 2, strip_width as i32 / (figure.columns as i32 * 2)),
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
    let name_of = |x: &f64| match panel.categories.get(x.round() as usize) {
        Some(name) if (x - x.round()).abs() < 0.01 => name.clone(),
        _ => String::new(),
    };
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
    for number in 0..panel.categories.len() {
        let (x, y) = chart.backend_coord(&(number as f64, bottom));
        root.draw(&PathElement::new([(x, y), (x, y + 4)], BLACK)).map_err(failed)?;
        root.draw(&Text::new(name_of(&(number as f64)), (x, y + 7), tick.clone()))
            .map_err(failed)?;
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

fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 1e6 => format!("{} M", value / 1e6),
        v if v >= 1e4 => format!("{} k", value / 1e3),
        _ => format!("{value}"),
    }
}

/// How a series is drawn.
struct Look {
    color: RGBColor,
    dash: &'static [f64],
    shape: usize,
}

impl Look {
    fn of(number: usize) -> Self {
        Self {
            color: PALETTE[number % PALETTE.len()],
            dash: DASHES[number % DASHES.len()],
            shape: number % 7,
        }
    }

    fn line<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        pixels: &[(i32, i32)],
    ) -> Result<()>
    where
        B::ErrorType: 'static,
    {
        let style = ShapeStyle { color: self.color.to_rgba(), filled: false, stroke_width: 2 };
        for stroke in strokes(pixels, self.dash) {
            root.draw(&PathElement::new(stroke, style)).map_err(failed)?;
        }
        Ok(())
    }

    fn marker<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
    ) -> Result<()>
    where
        B::ErrorType: 'static,
    {
        let filled = self.color.filled();
        let stroke = ShapeStyle { color: self.color.to_rgba(), filled: false, stroke_width: 2 };
        match self.shape {
            0 => root.draw(&Circle::new((x, y), 4, filled)),
            1 => root.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], filled)),
            2 => root.draw(&Polygon::new(vec![(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)], filled)),
            3 => root
                .draw(&Polygon::new(vec![(x, y - 6), (x + 5, y), (x, y + 6), (x - 5, y)], filled)),
            4 => {
                root.draw(&Circle::new((x, y), 5, WHITE.filled())).map_err(failed)?;
                root.draw(&Circle::new((x, y), 5, stroke))
            }
            5 => {
                root.draw(&PathElement::new([(x - 4, y - 4), (x + 4, y + 4)], stroke))
                    .map_err(failed)?;
                root.draw(&PathElement::new([(x - 4, y + 4), (x + 4, y - 4)], stroke))
            }
            _ => {
                root.draw(&PathElement::new([(x - 5, y), (x + 5, y)], stroke)).map_err(failed)?;
                root.draw(&PathElement::new([(x, y - 5), (x, y + 5)], stroke))
            }
        }
        .map_err(failed)
    }
}

/// The line through `pixels`, cut into strokes by the lengths in `dash`.
fn strokes(pixels: &[(i32, i32)], dash: &[f64]) -> Vec<Vec<(i32, i32)>> {
    if dash.is_empty() {
        return vec![pixels.to_vec()];
    }
    let mut strokes = Vec::new();
    let (mut part, mut left, mut current) = (0, dash[0], Vec::new());
    for pair in pixels.windows(2) {
        let (from, to) = (
            (f64::from(pair[0].0), f64::from(pair[0].1)),
            (f64::from(pair[1].0), f64::from(pair[1].1)),
        );
        let length = ((to.0 - from.0).powi(2) + (to.1 - from.1).powi(2)).sqrt();
        let at = |done: f64| {
            let share = if length > 0.0 { done / length } else { 0.0 };
            (
                (from.0 + (to.0 - from.0) * share).round() as i32,
                (from.1 + (to.1 - from.1) * share).round() as i32,
            )
        };
        let mut done = 0.0;
        while done < length {
            let step = left.min(length - done);
            if part % 2 == 0 {
                if current.is_empty() {
                    current.push(at(done));
                }
                current.push(at(done + step));
            }
            done += step;
            left -= step;
            if left <= 1e-9 {
                strokes.push(std::mem::take(&mut current));
                part = (part + 1) % dash.len();
                left = dash[part];
            }
        }
    }
    strokes.push(current);
    strokes.retain(|stroke| stroke.len() > 1);
    strokes
}

/// Dark blue at −1, white at 0, brown-orange at 1: both ends are told apart by the line, and
/// lightness by the sign is not needed.
fn heat(value: f64) -> RGBColor {
    let mix = |from: (f64, f64, f64), to: (f64, f64, f64), share: f64| {
        let part = |a: f64, b: f64| (a + (b - a) * share).round() as u8;
        RGBColor(part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
    };
    // From light to dark all the way: grey prints keep the order.
    let stops = [
        (255.0, 245.0, 205.0),
        (240.0, 180.0, 80.0),
        (213.0, 94.0, 0.0),
        (60.0, 60.0, 120.0),
        (8.0, 16.0, 60.0),
    ];
    let x = (1.0 - value.clamp(-1.0, 1.0)) / 2.0 * (stops.len() - 1) as f64;
    let i = (x.floor() as usize).min(stops.len() - 2);
    mix(stops[i], stops[i + 1], x - i as f64)
}

fn draw_heat_maps<B: DrawingBackend>(
    title: &str,
    unit: &str,
    maps: &[HeatMap],
    root: &DrawingArea<B, Shift>,
) -> Result<()>
where
    B::ErrorType: 'static,
{
    root.fill(&WHITE).map_err(failed)?;
    let (width, height) = root.dim_in_pixel();
    let heading = text(19).pos(Pos::new(HPos::Center, VPos::Top));
    root.draw(&Text::new(title.to_owned(), (width as i32 / 2, 10), heading)).map_err(failed)?;
    let widest = maps
        .iter()
        .flat_map(|map| map.values.iter().flatten())
        .map(|v| v.abs())
        .fold(0.0, f64::max);
    let scale = if widest > 0.0 { widest } else { 1.0 };
    let area = root.margin(40, 10, 10, 120);
    for (map, cell) in maps.iter().zip(area.split_evenly((1, maps.len()))) {
        draw_heat_map(map, scale, &cell, root)?;
    }
    // The scale.
    let (x, top, bottom) = (width as i32 - 105, 90, height as i32 - 90);
    for y in top..bottom {
        let value = 1.0 - 2.0 * f64::from(y - top) / f64::from(bottom - top);
        root.draw(&Rectangle::new([(x, y), (x + 18, y + 1)], heat(value).filled()))
            .map_err(failed)?;
    }
    let label = text(12).pos(Pos::new(HPos::Left, VPos::Center));
    for step in 0..=4 {
        let value = 1.0 - 0.5 * f64::from(step);
        let y = top + (bottom - top) * step / 4;
        root.draw(&Text::new(format!("{:+.2}", value * scale), (x + 24, y), label.clone()))
            .map_err(failed)?;
    }
    root.draw(&Text::new(unit.to_owned(), (x - 14, top - 26), label)).map_err(failed)?;
    Ok(())
}

fn draw_heat_map<B: DrawingBackend>(
    map: &HeatMap,
    scale: f64,
    cell: &DrawingArea<B, Shift>,
    root: &DrawingArea<B, Shift>,
) -> Result<()>
where
    B::ErrorType: 'static,
{
    let step = map.rows.get(1).copied().unwrap_or(1.0) - map.rows.first().copied().unwrap_or(0.0);
    let (low, high) = (map.rows[0] - step / 2.0, map.rows[map.rows.len() - 1] + step / 2.0);
    let columns = map.columns.len() as f64;
    let mut chart = ChartBuilder::on(cell)
        .margin(8)
        .caption(&map.title, text(15))
        .x_label_area_size(42)
        .y_label_area_size(58)
        .build_cartesian_2d(-0.5..columns - 0.5, low..high)
        .map_err(failed)?;
    for (row, values) in map.rows.iter().zip(&map.values) {
        for (column, value) in values.iter().enumerate() {
            let x = column as f64;
            let from = chart.backend_coord(&(x - 0.5, row + step / 2.0));
            let to = chart.backend_coord(&(x + 0.5, row - step / 2.0));
            root.draw(&Rectangle::new([from, to], heat(value / scale).filled())).map_err(failed)?;
        }
    }
    chart
        .configure_mesh()
        .disable_mesh()
        .x_labels(0)
        .y_labels(6)
        .y_label_formatter(&|y: &f64| short((y * 1e6).round() / 1e6))
        .y_desc(&map.y_label)
        .label_style(text(12))
        .axis_desc_style(text(13))
        .draw()
        .map_err(failed)?;
    let tick = text(12).pos(Pos::new(HPos::Center, VPos::Top));
    for (column, name) in map.columns.iter().enumerate() {
        let (x, y) = chart.backend_coord(&(column as f64, low));
        root.draw(&Text::new(name.clone(), (x, y + 6), tick.clone())).map_err(failed)?;
    }
    let (x, y) = chart.backend_coord(&((columns - 1.0) / 2.0, low));
    root.draw(&Text::new(map.x_label.clone(), (x, y + 23), tick)).map_err(failed)?;
    // White below black: seen on light and on dark ground.
    let line: Vec<(i32, i32)> = map
        .zero_line
        .iter()
        .enumerate()
        .filter_map(|(column, y)| {
            y.filter(|y| (low..=high).contains(y)).map(|y| chart.backend_coord(&(column as f64, y)))
        })
        .collect();
    for (color, stroke_width) in [(WHITE, 5), (BLACK, 2)] {
        let style = ShapeStyle { color: color.to_rgba(), filled: false, stroke_width };
        root.draw(&PathElement::new(line.clone(), style)).map_err(failed)?;
    }
    for (x, y) in line {
        root.draw(&Circle::new((x, y), 5, WHITE.filled())).map_err(failed)?;
        root.draw(&Circle::new((x, y), 3, BLACK.filled())).map_err(failed)?;
    }
    Ok(())
}
