//! The pages with measurements: which there are, their tables, and the plots that can be drawn from
//! the files of results alone.
//!
//! Not among them: the plots of `./scripts/evidence` other than `cost` and `ring-kinds`, which show
//! more than the files hold. The seed is fixed, so that `./scripts/evidence --only NAME` draws the
//! same again.

use crate::{
    attacks, audits, experiments, grading, latency,
    output::Output,
    page::{self, Table},
    real, worker_speed,
};
use anyhow::Result;
use std::path::Path;

/// A page with measurements, or those of one program on it.
pub struct Page {
    /// Its file in `docs/`.
    pub file: &'static str,
    /// Its tables.
    pub tables: &'static [Table],
    /// Draw its plots.
    plots: &'static [fn(&Output) -> Result<()>],
}

/// All of them.
pub const PAGES: &[Page] = &[
    Page {
        file: "evidence.md",
        tables: experiments::tables::TABLES,
        plots: &[experiments::cost::draw],
    },
    Page {
        file: "rings.md",
        tables: experiments::rings::TABLES,
        plots: &[experiments::rings::draw],
    },
    Page { file: "capture.md", tables: experiments::capture::TABLES, plots: &[] },
    Page {
        file: "grading.md",
        tables: grading::tables::TABLES,
        plots: &[grading::figures::draw, worker_speed::draw],
    },
    Page { file: "attacks.md", tables: attacks::tables::TABLES, plots: &[attacks::figures::draw] },
    Page { file: "verification.md", tables: audits::tables::TABLES, plots: &[] },
    Page { file: "verification.md", tables: real::replay_tables::TABLES, plots: &[] },
    Page { file: "real-models.md", tables: real::tables::TABLES, plots: &[] },
    Page { file: "performance.md", tables: latency::TABLES, plots: &[latency::draw] },
];

/// Draw the plots of all pages in the folder `docs` again, and replace their tables.
///
/// # Errors
/// If a file of results cannot be read, or a plot or a page cannot be written.
pub fn write(output: &Output, docs: &Path) -> Result<()> {
    for page in PAGES {
        page.plots.iter().try_for_each(|draw| draw(output))?;
        page::fill(&docs.join(page.file), output, page.tables)?;
    }
    Ok(())
}
