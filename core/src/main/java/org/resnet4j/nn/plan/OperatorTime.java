package org.resnet4j.nn.plan;

/**
 * The time that one operator of a step took.
 *
 * @param back whether it belongs to the way back
 * @param operator what it does, e.g. {@code convolution, weight gradient}
 * @param layer whose
 * @param shape of the feature maps that it makes or reads, N x C x H x W, or of the weights
 * @param code what oneDNN calls the code that it chose
 * @param seconds mean over the steps that were watched
 * @param share of all operators' time, 0 to 1
 */
public record OperatorTime(
    boolean back,
    String operator,
    String layer,
    String shape,
    String code,
    double seconds,
    double share) {}
