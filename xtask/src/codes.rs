//! The codes of the maintenance commands.

port_data::codes! {
    #[doc = "The command is only available with --dry-run."]
    DRY_RUN_ONLY = "release-dry-run-only";
    #[doc = "A file of the workspace can't be read."]
    UNREADABLE = "release-unreadable-file";
    #[doc = "git or cargo can't be run, or fails."]
    COMMAND_FAILED = "release-command-failed";
    #[doc = "The workspace doesn't publish port-catalog, or its crates depend on each other in a circle."]
    NOT_A_WORKSPACE = "release-workspace";
    #[doc = "The version isn't three numbers."]
    INVALID_VERSION = "release-invalid-version";
    #[doc = "A crate, a dependency or Cargo.lock has another version."]
    VERSIONS = "release-versions";
    #[doc = "port_catalog::VERSION isn't the version of the crate."]
    DATA_VERSION = "release-data-version";
    #[doc = "The changes of the data aren't recorded as those of the version."]
    FEED = "release-feed";
    #[doc = "The changelog doesn't describe the version."]
    CHANGELOG = "release-changelog";
    #[doc = "Files aren't committed."]
    UNCOMMITTED = "release-uncommitted";
    #[doc = "The public interface differs from the reviewed one."]
    INTERFACE = "release-interface";
    #[doc = "The version isn't raised enough since the last release."]
    BUMP = "release-bump";
    #[doc = "pages.csv isn't in the form that `cargo xtask check-pages --update` writes."]
    PAGES_TABLE = "pages-malformed-table";
    #[doc = "A patch can't be written."]
    UNWRITABLE = "pages-unwritable";
    #[doc = "A catalog can't be measured."]
    SCALE = "scale-failed";
    #[doc = "A package can't be built."]
    PACKAGE = "package-failed";
    #[doc = "The web page can't be made or written."]
    SITE = "web-failed";
}
