//! What the types do not let a user write. The expected messages are those of the workspace's
//! `rust-version`; after a toolchain change, `TRYBUILD=overwrite cargo test` rewrites them.

#[test]
fn what_must_not_compile_does_not() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
