// 128-bit integers, where 64 bits can't hold a sum of many amounts or a whole id.
#pragma once

namespace wonjang {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

}  // namespace wonjang
