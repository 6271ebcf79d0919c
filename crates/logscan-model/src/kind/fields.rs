//! What a signature must read to tell an event.

use super::EventKind;
use crate::Field;

impl EventKind {
    /// The fields that a signature of this kind must fill in.
    #[must_use]
    pub fn required_fields(self) -> &'static [Field] {
        use Field::{
            CheckedIn, CheckedOut, Count, File, Holder, Limit, Millis, Number, Outcome, Overflow,
            Pid, Size, Test, Title, Worker,
        };
        match self {
            Self::WorkerSeen
            | Self::TestSetup
            | Self::FailureWorker
            | Self::PoolContext
            | Self::ServiceStart
            | Self::HealthcheckStart
            | Self::FixtureSessionOpen
            | Self::FixtureSessionClosed
            | Self::TablesStart
            | Self::WorkerCrashed => &[Worker],
            Self::TestFrame
            | Self::TestPanicked
            | Self::TestPrints
            | Self::TestSource
            | Self::TestStart => &[Test],
            Self::TestResult => &[Outcome],
            Self::SummaryResult => &[Test, Outcome],
            Self::FailureBlock | Self::TestAttemptFailed => &[Test],
            Self::FileResult => &[Outcome, File],
            Self::TestFile => &[File],
            Self::PoolLimit => &[Size],
            Self::LeakThreshold => &[Millis],
            Self::CountInitial | Self::CountReading | Self::CountFinal => &[Count],
            Self::LockAcquired | Self::LockWait => &[Pid],
            Self::LockHolder => &[Holder],
            Self::FailureTitle | Self::FailureTitleRest | Self::SuiteStart => &[Title],
            Self::EngineStart | Self::EngineReady | Self::EngineFailed => &[Number],
            Self::PoolSettings => &[Size, Overflow],
            Self::PoolTimeout => &[],
            Self::PoolSize => &[Size],
            Self::PoolCheckedOut => &[CheckedOut],
            Self::PoolCheckedIn => &[CheckedIn],
            Self::PoolOverflow => &[Overflow],
            Self::SessionOpen => &[Number, Worker],
            Self::SessionCreated
            | Self::SessionConnected
            | Self::SessionConnectFailed
            | Self::SessionError
            | Self::SessionCompleted
            | Self::SessionRolledBack
            | Self::SessionClosed
            | Self::SessionCloseFailed => &[Number],
            Self::ServerLimit => &[Limit],
            _ => &[],
        }
    }
}
