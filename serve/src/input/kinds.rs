//! The kinds of JSON that a visitor does not take.

/// Writes the visitor's methods for kinds of JSON that stand in the wrong place: each asks `self.unlike`,
/// which notes the fault, what to call it.
macro_rules! unlike {
    ($($kind:ident)*) => { $(unlike!(@$kind);)* };
    (@boolean) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Err(self.unlike("true or false"))
        }
    };
    (@number) => {
        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Err(self.unlike("a number"))
        }
        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Err(self.unlike("a number"))
        }
        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Err(self.unlike("a number"))
        }
    };
    (@string) => {
        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Err(self.unlike("a string"))
        }
    };
    (@null) => {
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Err(self.unlike("null"))
        }
    };
    (@array) => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(self.unlike("an array"))
        }
    };
    (@object) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(self.unlike("an object"))
        }
    };
}
pub(super) use unlike;
