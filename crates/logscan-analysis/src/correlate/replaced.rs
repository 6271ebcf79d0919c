//! What takes the place of the database or the settings that are meant.

use logscan_model::timeline::TargetOpposed;
use logscan_model::{Event, EventKind, Field, Place};

/// The lines of one source that tell it.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    /// The first line in which an embedded database is put in the place of the configured one.
    pub(super) target: Option<Place>,
    /// The first line in which an embedded database refuses a statement.
    pub(super) refused: Option<Place>,
    /// The line in which a framework cached its settings, if it did not clear them since.
    pub(super) cached: Option<Place>,
    /// The first line that holds the target which is used against the one that is meant.
    pub(super) opposed: Option<TargetOpposed>,
}

impl Replaced {
    pub(super) fn take(&mut self, event: &Event, chunk: &str) {
        let place = event.place;
        match event.kind {
            EventKind::TargetReplaced => _ = self.target.get_or_insert(place),
            EventKind::EmbeddedRefused => _ = self.refused.get_or_insert(place),
            EventKind::SettingsCached => self.cached = Some(place),
            EventKind::SettingsCleared => self.cached = None,
            EventKind::TargetOpposed if self.opposed.is_none() => {
                let text = |field| event.text(field, chunk).map(Box::from);
                let both = text(Field::Actual).zip(text(Field::Expected));
                self.opposed = both.map(|(used, meant)| TargetOpposed { used, meant, place });
            }
            _ => {}
        }
    }
}
