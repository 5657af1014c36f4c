package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.resnet4j.infer.InferencePrecision.AUTO;
import static org.resnet4j.infer.InferencePrecision.BF16;
import static org.resnet4j.infer.InferencePrecision.FP32;
import static org.resnet4j.infer.InferencePrecision.INT8;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.resnet4j.tensor.Processor;

/** What a wish comes to on a processor, or why it cannot be had. */
class InferencePrecisionTest {
  private static final Processor PLAIN = new Processor(Set.of("avx2"));
  private static final Processor BYTES = new Processor(Set.of("avx2", "avx_vnni"));
  private static final Processor FLOATS = new Processor(Set.of("avx512_bf16"));
  private static final Processor ALL = new Processor(Set.of("avx512_vnni", "amx_bf16"));

  @Test
  void auto_is_the_fastest_that_processor_and_model_allow() {
    assertThat(AUTO.on(ALL, true)).isEqualTo(INT8);
    assertThat(AUTO.on(ALL, false)).isEqualTo(BF16);
    assertThat(AUTO.on(BYTES, true)).isEqualTo(INT8);
    assertThat(AUTO.on(BYTES, false)).isEqualTo(FP32);
    assertThat(AUTO.on(FLOATS, true)).isEqualTo(BF16);
    assertThat(AUTO.on(PLAIN, true)).isEqualTo(FP32);
  }

  @Test
  void what_can_be_had_is_given() {
    assertThat(FP32.on(PLAIN, false)).isEqualTo(FP32);
    assertThat(FP32.on(ALL, true)).isEqualTo(FP32);
    assertThat(BF16.on(FLOATS, true)).isEqualTo(BF16);
    assertThat(BF16.on(ALL, true)).isEqualTo(BF16);
    assertThat(INT8.on(BYTES, true)).isEqualTo(INT8);
  }

  @Test
  void what_the_processor_lacks_is_named_with_the_best_it_has() {
    assertRefused(
        BF16,
        PLAIN,
        false,
        "precision = bf16: this processor lacks avx512_bf16 (or amx_bf16); use fp32, the best it has");
    assertRefused(
        BF16,
        BYTES,
        true,
        "precision = bf16: this processor lacks avx512_bf16 (or amx_bf16); use int8, the best it has");
    assertRefused(
        INT8,
        FLOATS,
        true,
        "precision = int8: this processor lacks avx512_vnni (or avx_vnni); use bf16, the best it has");
  }

  @Test
  void eight_bits_need_a_quantised_model() {
    assertRefused(
        INT8,
        ALL,
        false,
        "precision = int8: the model is not quantised; do that with resnet4j quantize MODEL --data D,"
            + " or use bf16, the best it has");
    assertRefused(
        INT8,
        BYTES,
        false,
        "precision = int8: the model is not quantised; do that with resnet4j quantize MODEL --data D,"
            + " or use fp32, the best it has");
  }

  @Test
  void has_a_name() {
    for (InferencePrecision precision : InferencePrecision.values()) {
      assertThat(InferencePrecision.named(precision.id())).isEqualTo(precision);
    }
    assertThatThrownBy(() -> InferencePrecision.named("fp16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("precision = fp16: must be auto, fp32, bf16 or int8");
  }

  private static void assertRefused(
      InferencePrecision wish, Processor processor, boolean quantized, String message) {
    assertThatThrownBy(() -> wish.on(processor, quantized))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
