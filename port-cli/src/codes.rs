//! The codes of errors in a call of the command, and in the files that it reads.

port_data::codes! {
    #[doc = "An argument, option, value or command is unknown, missing or repeated."]
    ARGUMENTS = "call-arguments";
    #[doc = "An option or argument names a product, vendor, field, peer, service or flow that doesn't exist."]
    UNKNOWN_ID = "call-unknown-id";
    #[doc = "Options contradict each other, or one is missing."]
    OPTIONS = "call-options";
    #[doc = "A file can't be read."]
    UNREADABLE = "call-unreadable";
    #[doc = "A file exceeds the size limit."]
    TOO_LARGE = "call-too-large";
    #[doc = "A file is compressed in a way that isn't read, its compressed data is damaged, or it isn't a text."]
    COMPRESSED = "call-compressed";
    #[doc = "A file isn't UTF-8."]
    NOT_UTF8 = "call-not-utf8";
    #[doc = "A file or directory can't be written."]
    UNWRITABLE = "call-unwritable";
    #[doc = "Standard output can't be written."]
    OUTPUT = "call-output";
}
