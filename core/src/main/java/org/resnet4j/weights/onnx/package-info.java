/**
 * Models as ONNX files, written without any library of ONNX or protobuf.
 *
 * <p>Start at {@link org.resnet4j.weights.onnx.OnnxFile}.
 */
@NullMarked
package org.resnet4j.weights.onnx;

import org.jspecify.annotations.NullMarked;
