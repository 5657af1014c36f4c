/**
 * Weights and models on disk: safetensors files and model folders.
 *
 * <p>Start at {@link org.resnet4j.weights.ModelFolder}. No file is ever given to a native reader.
 */
@NullMarked
package org.resnet4j.weights;

import org.jspecify.annotations.NullMarked;
