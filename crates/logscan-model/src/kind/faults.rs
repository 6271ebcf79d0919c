//! What the texts of errors have in common.

use super::EventKind;

impl EventKind {
    /// Whether a program says that something did not work, and tells the error beside it.
    #[must_use]
    pub fn is_failed_work(self) -> bool {
        matches!(
            self,
            Self::EngineFailed
                | Self::SessionConnectFailed
                | Self::HealthcheckFailed
                | Self::TablesFailed
        )
    }

    /// Whether a connection is gone by such an error, so that its next user is told that it is
    /// closed.
    #[must_use]
    pub fn breaks_connections(self) -> bool {
        use EventKind::{
            ConnectionLost, IdleTransaction, RunnerCrashed, ServerCrashed, ServerStopped,
        };
        matches!(
            self,
            ConnectionLost | IdleTransaction | RunnerCrashed | ServerCrashed | ServerStopped
        )
    }

    /// Whether an error is one that is meant to be met by trying again.
    #[must_use]
    pub fn is_tried_again(self) -> bool {
        use EventKind::LoginRefused;
        use EventKind::{
            ConnectionFailed, ConnectionLost, ConnectionRefused, Deadlock, HostUnknown,
        };
        use EventKind::{PoolTimeout, ServerStarting, ServiceUnknown, WorkTimeout, WriteConflict};
        matches!(
            self,
            ConnectionFailed
                | ConnectionLost
                | ConnectionRefused
                | Deadlock
                | HostUnknown
                | LoginRefused
                | PoolTimeout
                | ServerStarting
                | ServiceUnknown
                | WorkTimeout
                | WriteConflict
        )
    }

    /// Whether the kind is the text of an error, which belongs to whatever failed by it.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            Self::PoolTimeout
                | Self::ServerFull
                | Self::PoolerTimeout
                | Self::ConnectionRefused
                | Self::ConnectionFailed
                | Self::ServerStarting
                | Self::ServiceUnknown
                | Self::HostUnknown
                | Self::ServerNotStarted
                | Self::LoginRefused
                | Self::PrivilegeMissing
                | Self::SettingRefused
                | Self::WrongEnvironment
                | Self::ServerReadOnly
                | Self::StatementsLeftOpen
                | Self::DatabaseMissing
                | Self::NotStarted
                | Self::AlreadyStarted
                | Self::OwnerMissing
                | Self::SetupFailed
                | Self::RunnerFailed
                | Self::CleanupFailed
                | Self::DuplicateObject
                | Self::DuplicateDatabase
                | Self::LeftOver
                | Self::DuplicateRow
                | Self::CatalogueConflict
                | Self::ResourceInUse
                | Self::MissingObject
                | Self::Deadlock
                | Self::WriteConflict
                | Self::LockTimeout
                | Self::FileLocked
                | Self::IdleTransaction
                | Self::ConnectionCollected
                | Self::LeakReported
                | Self::HandlesOpen
                | Self::ConnectionLost
                | Self::ServerStopped
                | Self::ServerCrashed
                | Self::RunnerCrashed
                | Self::ContainerKilled
                | Self::ContainerExited
                | Self::ConnectionShared
                | Self::UsedAfterClose
                | Self::WorkTimeout
                | Self::Aftermath
        )
    }
}
