/**
 * Decodes JPEG and PNG in libuv's threads with TensorFlow's own decoders, and resizes. An N-API addon with one
 * function, built by scripts/setup/ownAddons.mjs:
 *
 *   decode(bytes: Uint8Array, format: 'jpeg' | 'png', channels: 1 | 3, height, width): Promise<Decoded>
 *
 * Height and width 0: the file's own. `Decoded` is { height, width, fileHeight, fileWidth, data }, data a Uint8Array,
 * row-major [height, width, channels].
 * The promise is rejected with the decoder's words for bytes it refuses. JPEG: libjpeg-turbo's accurate integer
 * transform and smooth chroma, as in Pillow and libvips. Resizing is a triangle filter, as wide as the reduction, with
 * aligned pixel centres (Pillow's BILINEAR; enlarging is bilinear), in float, rounded once.
 */
#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/c/tf_tstring.h"

namespace {

struct Size {
  int64_t height = 0;
  int64_t width = 0;
};

struct Job {
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  napi_ref bytesRef = nullptr;
  const char *bytes = nullptr;
  size_t length = 0;
  bool isJpeg = false;
  int32_t channels = 0;
  Size size; // 0 x 0: the file's own
  Size fileSize;
  std::vector<uint8_t> result;
  std::string error;
};

template <typename Type, void (*Delete)(Type *)>
struct Deleter {
  void operator()(Type *pointer) const { Delete(pointer); }
};
template <typename Type, void (*Delete)(Type *)> using Owned = std::unique_ptr<Type, Deleter<Type, Delete>>;
using Status = Owned<TF_Status, TF_DeleteStatus>;
using Tensor = Owned<TF_Tensor, TF_DeleteTensor>;
using Handle = Owned<TFE_TensorHandle, TFE_DeleteTensorHandle>;
using Op = Owned<TFE_Op, TFE_DeleteOp>;

void check(const Status &status) {
  if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
}

/** One context for the whole process, without GPUs: decoding must not touch their memory. */
TFE_Context *context() {
  static TFE_Context *const shared = [] {
    const char noGpu[] = "\x0a\x07\x0a\x03GPU\x10\x00"; // ConfigProto { device_count { "GPU": 0 } }
    Status status(TF_NewStatus());
    TFE_ContextOptions *options = TFE_NewContextOptions();
    TFE_ContextOptionsSetConfig(options, noGpu, sizeof(noGpu) - 1, status.get());
    TFE_Context *created = TFE_NewContext(options, status.get());
    TFE_DeleteContextOptions(options);
    check(status);
    return created;
  }();
  return shared;
}

/** A scalar string tensor over the job's bytes, not copied. */
Handle stringTensor(const Job &job) {
  Status status(TF_NewStatus());
  Tensor tensor(TF_AllocateTensor(TF_STRING, nullptr, 0, sizeof(TF_TString)));
  auto *text = static_cast<TF_TString *>(TF_TensorData(tensor.get()));
  TF_StringInit(text);
  TF_StringAssignView(text, job.bytes, job.length);
  Handle handle(TFE_NewTensorHandle(tensor.get(), status.get()));
  check(status);
  return handle;
}

Tensor decoded(const Job &job) {
  Status status(TF_NewStatus());
  Op op(TFE_NewOp(context(), job.isJpeg ? "DecodeJpeg" : "DecodePng", status.get()));
  check(status);
  const Handle input = stringTensor(job);
  TFE_OpAddInput(op.get(), input.get(), status.get());
  check(status);
  TFE_OpSetAttrInt(op.get(), "channels", job.channels);
  const std::string accurate = "INTEGER_ACCURATE";
  if (job.isJpeg) TFE_OpSetAttrString(op.get(), "dct_method", accurate.data(), accurate.size());
  TFE_TensorHandle *output = nullptr;
  int outputs = 1;
  TFE_Execute(op.get(), &output, &outputs, status.get());
  check(status);
  const Handle handle(output);
  Tensor tensor(TFE_TensorHandleResolve(handle.get(), status.get()));
  check(status);
  return tensor;
}

/** The weights with which input rows (or columns) make each output one. */
struct Taps {
  int64_t first;
  std::vector<float> weights;
};

std::vector<Taps> triangle(int64_t inputs, int64_t outputs) {
  const double scale = static_cast<double>(inputs) / outputs;
  const double reach = std::max(scale, 1.0);
  std::vector<Taps> all(outputs);
  for (int64_t i = 0; i < outputs; i++) {
    const double centre = (i + 0.5) * scale;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(centre - reach + 0.5));
    const auto end = std::min<int64_t>(inputs, static_cast<int64_t>(centre + reach + 0.5));
    std::vector<double> weights;
    double sum = 0;
    for (int64_t k = first; k < end; k++) {
      weights.push_back(std::max(0.0, 1 - std::abs((k + 0.5 - centre) / reach)));
      sum += weights.back();
    }
    all[i].first = first;
    for (const double weight : weights) all[i].weights.push_back(static_cast<float>(weight / sum));
  }
  return all;
}

/** Rows first: there whole rows are added up at once, and few of them remain for the columns. */
std::vector<uint8_t> resized(const uint8_t *source, Size file, Size size, int64_t channels) {
  const int64_t rowLength = file.width * channels;
  const auto rowTaps = triangle(file.height, size.height);
  const auto columnTaps = triangle(file.width, size.width);
  std::vector<uint8_t> result(size.height * size.width * channels);
  std::vector<float> row(rowLength);
  uint8_t *to = result.data();
  for (const Taps &rows : rowTaps) {
    std::fill(row.begin(), row.end(), 0.0f);
    const uint8_t *from = source + rows.first * rowLength;
    for (const float weight : rows.weights) {
      for (int64_t x = 0; x < rowLength; x++) row[x] += weight * from[x];
      from += rowLength;
    }
    for (const Taps &columns : columnTaps) {
      const float *pixel = row.data() + columns.first * channels;
      float sums[3] = {0, 0, 0};
      for (const float weight : columns.weights) {
        for (int64_t c = 0; c < channels; c++) sums[c] += weight * pixel[c];
        pixel += channels;
      }
      for (int64_t c = 0; c < channels; c++) *to++ = static_cast<uint8_t>(std::min(sums[c] + 0.5f, 255.0f));
    }
  }
  return result;
}

void execute(napi_env, void *data) {
  auto *job = static_cast<Job *>(data);
  try {
    const Tensor tensor = decoded(*job);
    const auto *pixels = static_cast<const uint8_t *>(TF_TensorData(tensor.get()));
    const Size file = job->fileSize = {TF_Dim(tensor.get(), 0), TF_Dim(tensor.get(), 1)};
    if (job->size.height == 0) job->size = file;
    const bool asIs = job->size.height == file.height && job->size.width == file.width;
    if (asIs) job->result.assign(pixels, pixels + TF_TensorByteSize(tensor.get()));
    else job->result = resized(pixels, file, job->size, job->channels);
  } catch (const std::exception &error) {
    job->error = error.what();
  }
}

void setNumber(napi_env env, napi_value object, const char *name, int64_t value) {
  napi_value number;
  napi_create_int64(env, value, &number);
  napi_set_named_property(env, object, name, number);
}

napi_value toObject(napi_env env, const Job &job) {
  const std::vector<uint8_t> &bytes = job.result;
  napi_value object, buffer, array;
  void *memory = nullptr;
  napi_create_object(env, &object);
  napi_create_arraybuffer(env, bytes.size(), &memory, &buffer);
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t *>(memory));
  napi_create_typedarray(env, napi_uint8_array, bytes.size(), buffer, 0, &array);
  napi_set_named_property(env, object, "data", array);
  setNumber(env, object, "height", job.size.height);
  setNumber(env, object, "width", job.size.width);
  setNumber(env, object, "fileHeight", job.fileSize.height);
  setNumber(env, object, "fileWidth", job.fileSize.width);
  return object;
}

void complete(napi_env env, napi_status, void *data) {
  const std::unique_ptr<Job> job(static_cast<Job *>(data));
  napi_delete_reference(env, job->bytesRef);
  napi_delete_async_work(env, job->work);
  if (job->error.empty()) {
    napi_resolve_deferred(env, job->deferred, toObject(env, *job));
    return;
  }
  napi_value message, error;
  napi_create_string_utf8(env, job->error.c_str(), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, nullptr, message, &error);
  napi_reject_deferred(env, job->deferred, error);
}

napi_value decode(napi_env env, napi_callback_info info) {
  size_t count = 5;
  napi_value arguments[5];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  auto job = std::make_unique<Job>();
  void *bytes = nullptr;
  char format[5] = "";
  if (count < 5 ||
      napi_get_typedarray_info(env, arguments[0], nullptr, &job->length, &bytes, nullptr, nullptr) != napi_ok ||
      napi_get_value_string_utf8(env, arguments[1], format, sizeof(format), nullptr) != napi_ok ||
      napi_get_value_int32(env, arguments[2], &job->channels) != napi_ok ||
      napi_get_value_int64(env, arguments[3], &job->size.height) != napi_ok ||
      napi_get_value_int64(env, arguments[4], &job->size.width) != napi_ok ||
      (job->channels != 1 && job->channels != 3) || job->size.height < 0 || job->size.width < 0) {
    napi_throw_type_error(env, nullptr, "decode: takes bytes, 'jpeg' or 'png', 1 or 3 channels, height and width");
    return nullptr;
  }
  job->bytes = static_cast<const char *>(bytes);
  job->isJpeg = std::string(format) == "jpeg";
  napi_value promise, name;
  napi_create_reference(env, arguments[0], 1, &job->bytesRef);
  napi_create_promise(env, &job->deferred, &promise);
  napi_create_string_utf8(env, "decode", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, nullptr, name, execute, complete, job.get(), &job->work);
  napi_queue_async_work(env, job.release()->work);
  return promise;
}

} // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "decode", NAPI_AUTO_LENGTH, decode, nullptr, &function);
  napi_set_named_property(env, exports, "decode", function);
  return exports;
}
