//! What a line may say beside something else.

use super::EventKind;

impl EventKind {
    /// Whether a line may say this beside something else.
    #[must_use]
    pub const fn stands_beside_others(self) -> bool {
        matches!(
            self,
            Self::RunTotal
                | Self::JobFailed
                | Self::OwnReport
                | Self::OwnReportEnd
                | Self::JobTimedOut
                | Self::NoTestsRan
                | Self::TestPanicked
                | Self::RunnerSeen
                | Self::JobPassed
                | Self::CheckFailed
                | Self::ErrorSeen
                | Self::TroubleSeen
                | Self::TookTooLong
                | Self::FailureTitle
                | Self::DriverSeen
                | Self::DatabaseNamed
                | Self::DatabaseTagged
                | Self::PoolWaitSeen
                | Self::ForkSeen
                | Self::DatabaseReached
                | Self::NoAnswerSeen
                | Self::TearDownSeen
                | Self::SetUpSeen
                | Self::FailureInherited
                | Self::SecretAnnounced
                | Self::ValuesDiffer
                | Self::EmbeddedRefused
                | Self::RetrySeen
                | Self::TargetSet
                | Self::TargetProvided
                | Self::TargetUsed
                | Self::TargetOpposed
                | Self::OtherClientSeen
        )
    }

    /// Whether it only names a database or what is done beside one, as a list of packages may.
    #[must_use]
    pub const fn only_names(self) -> bool {
        matches!(
            self,
            Self::DatabaseNamed
                | Self::DriverSeen
                | Self::OtherClientSeen
                | Self::SetUpSeen
                | Self::TearDownSeen
                | Self::RetrySeen
                | Self::ForkSeen
                | Self::SecretAnnounced
        )
    }
}
