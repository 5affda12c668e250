//! Heat maps in a row, with one scale.

use super::canvas::{failed, short, text, Plot};
use anyhow::Result;
use plotters::{coord::Shift, prelude::*, style::text_anchor::*};

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

/// Heat maps side by side.
#[derive(Clone, Debug)]
pub struct HeatMaps {
    /// On top.
    pub title: String,
    /// Above the scale.
    pub unit: String,
    /// From left to right.
    pub maps: Vec<HeatMap>,
}

impl Plot for HeatMaps {
    fn size(&self) -> (u32, u32) {
        (self.maps.len() as u32 * 470 + 130, 480)
    }

    fn draw<B: DrawingBackend>(&self, root: &DrawingArea<B, Shift>) -> Result<()>
    where
        B::ErrorType: 'static,
    {
        root.fill(&WHITE).map_err(failed)?;
        let (width, height) = root.dim_in_pixel();
        let heading = text(19).pos(Pos::new(HPos::Center, VPos::Top));
        root.draw(&Text::new(self.title.clone(), (width as i32 / 2, 10), heading))
            .map_err(failed)?;
        let widest = self
            .maps
            .iter()
            .flat_map(|map| map.values.iter().flatten())
            .map(|v| v.abs())
            .fold(0.0, f64::max);
        let scale = if widest > 0.0 { widest } else { 1.0 };
        let area = root.margin(40, 10, 10, 120);
        for (map, cell) in self.maps.iter().zip(area.split_evenly((1, self.maps.len()))) {
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
        root.draw(&Text::new(self.unit.clone(), (x - 14, top - 26), label)).map_err(failed)?;
        Ok(())
    }
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
