/**
 * Weights and whole models on disk: safetensors files, PyTorch checkpoints and folders as the
 * Hugging Face hub has them.
 *
 * <p>Start at {@link org.resnet4j.weights.model.ModelFolder} for a model of our own and at {@link
 * org.resnet4j.weights.Weights} for a file of anybody's; {@link org.resnet4j.weights.Safetensors}
 * and {@link org.resnet4j.weights.PyTorchCheckpoint} write tensors alone. Nothing here touches
 * native memory.
 */
@NullMarked
package org.resnet4j.weights;

import org.jspecify.annotations.NullMarked;
