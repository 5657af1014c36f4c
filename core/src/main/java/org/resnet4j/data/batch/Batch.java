package org.resnet4j.data.batch;

/**
 * Preprocessed images with their labels.
 *
 * <p>The pixels' array is used again for a later batch: its values hold until the next call of the
 * iterator.
 *
 * @param size N, the number of images
 * @param pixels N x H x W x C normalised values; N x views x H x W x C for {@link
 *     Augmentation.Crops}
 * @param labels N classes
 * @param indices where the N images lie in the data set
 */
@SuppressWarnings("ArrayRecordComponent") // Copying the pixels would cost more than it protects.
public record Batch(int size, float[] pixels, int[] labels, int[] indices) {}
