package org.resnet4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Reads the processor's abilities from Linux's words. */
class ProcessorTest {
  /** AMD EPYC 9R14, shortened; two processors. */
  private static final String ZEN4 =
      """
      processor	: 0
      vendor_id	: AuthenticAMD
      model name	: AMD EPYC 9R14
      flags		: fpu vme sse2 avx2 avx512f avx512_vnni avx512_bf16 gfni
      bugs		: sysret_ss_attrs spectre_v1

      processor	: 1
      vendor_id	: AuthenticAMD
      flags		: fpu vme sse2 avx2 avx512f avx512_vnni avx512_bf16 gfni
      """;

  private static final String HASWELL =
      """
      processor	: 0
      model name	: Intel(R) Xeon(R) CPU E5-2680 v3
      flags		: fpu sse2 avx2 fma
      vmx flags	: avx512_vnni avx512_bf16
      """;

  private static final String ALDER_LAKE = "flags : fpu avx2 avx_vnni\n";
  private static final String SAPPHIRE_RAPIDS =
      "flags\t\t: avx512_vnni amx_bf16 amx_tile amx_int8\n";

  /** ARM calls them features. */
  private static final String GRAVITON = "processor : 0\nFeatures : fp asimd bf16 i8mm\n";

  @Test
  void knows_who_multiplies_brain_floats() {
    assertThat(Processor.ofCpuinfo(ZEN4).computesInBf16()).isTrue();
    assertThat(Processor.ofCpuinfo(SAPPHIRE_RAPIDS).computesInBf16()).isTrue();
    assertThat(Processor.ofCpuinfo(HASWELL).computesInBf16()).isFalse();
    assertThat(Processor.ofCpuinfo(ALDER_LAKE).computesInBf16()).isFalse();
    assertThat(Processor.ofCpuinfo(GRAVITON).computesInBf16()).isFalse();
  }

  @Test
  void knows_who_adds_up_products_of_bytes() {
    assertThat(Processor.ofCpuinfo(ZEN4).computesInInt8()).isTrue();
    assertThat(Processor.ofCpuinfo(SAPPHIRE_RAPIDS).computesInInt8()).isTrue();
    assertThat(Processor.ofCpuinfo(ALDER_LAKE).computesInInt8()).isTrue();
    assertThat(Processor.ofCpuinfo(HASWELL).computesInInt8()).isFalse();
    assertThat(Processor.ofCpuinfo(GRAVITON).computesInInt8()).isFalse();
  }

  @Test
  void reads_flags_and_nothing_else() {
    assertThat(Processor.ofCpuinfo(ZEN4).flags())
        .containsExactlyInAnyOrder(
            "fpu", "vme", "sse2", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "gfni");
    assertThat(Processor.ofCpuinfo("").flags()).isEmpty();
  }
}
