/**
 * What TensorFlow's shape inference says of a node's outputs, without running anything. An N-API addon with one
 * function, built by scripts/setup/ownAddons.mjs:
 *
 *   outputs(graph: Uint8Array, node: string): { dtype: number, shape: number[] | null }[]
 *
 * `graph` is a serialized GraphDef that has the node. The numbers are those of TensorFlow's DataType; the shape is null
 * where it is not known. Throws TensorFlow's words for a graph that it refuses.
 */
#include <node_api.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace {

template <typename Type, void (*Delete)(Type *)>
struct Deleter {
  void operator()(Type *pointer) const { Delete(pointer); }
};
template <typename Type, void (*Delete)(Type *)> using Owned = std::unique_ptr<Type, Deleter<Type, Delete>>;
using Status = Owned<TF_Status, TF_DeleteStatus>;
using Graph = Owned<TF_Graph, TF_DeleteGraph>;
using Options = Owned<TF_ImportGraphDefOptions, TF_DeleteImportGraphDefOptions>;

void check(const Status &status) {
  if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
}

/** Of one output; null where a dimension, or their number, is not known. */
napi_value shapeOf(napi_env env, const Graph &graph, TF_Output output) {
  const Status status(TF_NewStatus());
  const int rank = TF_GraphGetTensorNumDims(graph.get(), output, status.get());
  check(status);
  std::vector<int64_t> sizes(rank < 0 ? 0 : rank);
  if (rank > 0) TF_GraphGetTensorShape(graph.get(), output, sizes.data(), rank, status.get());
  check(status);
  napi_value shape, size;
  napi_create_array_with_length(env, sizes.size(), &shape);
  bool isKnown = rank >= 0;
  for (size_t axis = 0; axis < sizes.size(); axis++) {
    isKnown = isKnown && sizes[axis] >= 0;
    napi_create_int64(env, sizes[axis], &size);
    napi_set_element(env, shape, axis, size);
  }
  if (!isKnown) napi_get_null(env, &shape);
  return shape;
}

napi_value outputsOf(napi_env env, const TF_Buffer &definition, const std::string &node) {
  const Status status(TF_NewStatus());
  const Graph graph(TF_NewGraph());
  const Options options(TF_NewImportGraphDefOptions());
  TF_GraphImportGraphDef(graph.get(), &definition, options.get(), status.get());
  check(status);
  TF_Operation *const operation = TF_GraphOperationByName(graph.get(), node.c_str());
  if (operation == nullptr) throw std::runtime_error("the graph has no node " + node);
  napi_value outputs;
  napi_create_array(env, &outputs);
  for (int i = 0; i < TF_OperationNumOutputs(operation); i++) {
    const TF_Output output{operation, i};
    napi_value object, dtype;
    napi_create_object(env, &object);
    napi_create_int32(env, TF_OperationOutputType(output), &dtype);
    napi_set_named_property(env, object, "dtype", dtype);
    napi_set_named_property(env, object, "shape", shapeOf(env, graph, output));
    napi_set_element(env, outputs, i, object);
  }
  return outputs;
}

napi_value outputs(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  TF_Buffer definition{};
  void *bytes = nullptr;
  size_t length = 0;
  if (count < 2 ||
      napi_get_typedarray_info(env, arguments[0], nullptr, &definition.length, &bytes, nullptr, nullptr) != napi_ok ||
      napi_get_value_string_utf8(env, arguments[1], nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "outputs: takes the bytes of a graph and the name of a node");
    return nullptr;
  }
  definition.data = bytes;
  std::string node(length, '\0');
  napi_get_value_string_utf8(env, arguments[1], node.data(), length + 1, nullptr);
  try {
    return outputsOf(env, definition, node);
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

} // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "outputs", NAPI_AUTO_LENGTH, outputs, nullptr, &function);
  napi_set_named_property(env, exports, "outputs", function);
  return exports;
}
