/**
 * Turns oneDNN on; imported before whatever loads TensorFlow's library, which reads the variable as it is loaded.
 *
 * TensorFlow does it by itself only on processors with AVX-512 VNNI or newer; on others a step of training takes half as long
 * again without it, or more. Set `TF_ENABLE_ONEDNN_OPTS=0` to go without.
 */
process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
export {};
