//! The timeline and the findings as tables for other tools.

use crate::args::Export;
use crate::problem::Problem;

/// `logscan export`.
#[cfg(feature = "tables")]
pub(crate) fn run(args: &Export) -> Result<(), Problem> {
    use crate::args::Show;
    use crate::inputs;
    use crate::outputs::{Sink, unwritable};
    use crate::pipeline;
    use crate::problem::tell;
    use crate::taken::Taken;

    let settings = pipeline::prepare(&args.read.how)?;
    let found = inputs::find(&args.read.paths, &args.read.exclude)?;
    let mut taken = Taken::by(&settings, &args.read.how.own, None);
    taken.inputs(&found);
    let folder = &args.tables;
    std::fs::create_dir_all(folder)
        .map_err(|cause| Problem::new(format!("cannot create {}: {cause}", folder.display())))?;
    let mut sinks = Vec::new();
    for name in logscan_tables::files() {
        let path = folder.join(name);
        taken.claim(&path)?;
        let sink = Sink::open(&path).map_err(|cause| unwritable(&path, &cause))?;
        sinks.push((path, sink));
    }
    let inputs = found.unpack(settings.limits)?;
    let done = pipeline::read(inputs, &args.read.how, &settings, &Show::default())?;
    let files = sinks.iter_mut().map(|(_, sink)| sink.file());
    logscan_tables::export(&done.report, files).map_err(|error| Problem::new(error.to_string()))?;
    let count = sinks.len();
    for (path, sink) in sinks {
        sink.finish(&path).map_err(|cause| unwritable(&path, &cause))?;
    }
    tell(&format!("logscan: wrote {count} files to {}", folder.display()));
    if done.complete { Ok(()) } else { Err(Problem::new("not all inputs could be read")) }
}

/// `logscan export`, in a program that was built without it.
#[cfg(not(feature = "tables"))]
pub(crate) fn run(args: &Export) -> Result<(), Problem> {
    let tables = args.tables.display();
    Err(Problem::new(format!("cannot write {tables}: this program was built without tables"))
        .hint("build it with the feature `tables`, which is on by default")
        .hint("`logscan analyze -o DIR/` writes CSV tables without it"))
}
