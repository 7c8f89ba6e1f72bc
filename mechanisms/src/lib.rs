//! Every line that draws privacy noise or samples a batch.
