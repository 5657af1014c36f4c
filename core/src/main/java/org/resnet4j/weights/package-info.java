/**
 * Weights and whole models on disk: safetensors files and folders as the Hugging Face hub has them.
 *
 * <p>Start at {@link org.resnet4j.weights.ModelFolder} for a model and at {@link
 * org.resnet4j.weights.Safetensors} for tensors alone. Nothing here touches native memory.
 */
@NullMarked
package org.resnet4j.weights;

import org.jspecify.annotations.NullMarked;
