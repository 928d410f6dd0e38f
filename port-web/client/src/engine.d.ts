// What wasm-bindgen makes of port-web/wasm.

export class Engine {
  constructor(dataset: string);
  addFile(name: string, bytes: Uint8Array): void;
  clearFiles(): void;
  run(tool: string, request: string): string;
}

export default function start(input: { module_or_path: URL | BufferSource }): Promise<unknown>;
